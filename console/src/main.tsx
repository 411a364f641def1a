import "./styles/index.css";
import { render } from "preact";
import { keepFocus } from "./parts/kept_focus.ts";
import { start } from "./state/start.ts";
import { Console } from "./views/console.tsx";

const place = document.getElementById("console");
if (place) {
  await start();
  keepFocus();
  render(<Console />, place);
}
