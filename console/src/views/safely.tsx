/** Keeps what goes wrong in the drawing of one screen to that screen: the bar and all other screens go on. */
import { Component, type ComponentChildren } from "preact";
import { Trouble } from "../parts/trouble.tsx";
import { t } from "../words/words.ts";

/** Shows what is inside it, or that it could not be shown. */
export class Safely extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    reportError(error); // for whoever looks into the browser's console
    this.setState({ failed: true });
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return <Trouble sentence={t("frame.not_shown")} again={() => this.setState({ failed: false })} />;
  }
}
