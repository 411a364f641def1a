import "./styles/index.css";
import { render } from "preact";
import { start } from "./state/start.ts";
import { Console } from "./views/console.tsx";

const place = document.getElementById("console");
if (place) {
  await start();
  render(<Console />, place);
}
