"""A person with a keyboard alone: no mouse, and no way to the page but what keys do.

Each press looks whether the focus is somewhere, can be seen, and is not below something else.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

FAR = 80
"""As many presses of Tab lead anywhere on a page of ours."""

_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "it is nowhere";
  const heading = at.matches("h1, main, [tabindex='-1']"); // no stop of Tab: where a page or a part of it begins
  const shown = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const ring = heading || shown(at) || shown(at, "::after") || shown(at.closest(".search, .card, tr") ?? at);
  const { left, top, width, height } = at.getBoundingClientRect();
  const within = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1]].map(([x, y]) => [left + width * x, top + height * y]);
  const seen = points.some(([x, y]) => {
    const hit = within(x, y) ? document.elementFromPoint(x, y) : null;
    return hit && (at.contains(hit) || hit.contains(at) || hit.closest("label")?.control === at);
  });
  const name = (at.getAttribute("aria-label") || at.textContent || at.id || at.tagName).trim().slice(0, 60);
  if (!ring) return `no ring around ${at.outerHTML.slice(0, 200)}`;
  return seen || heading ? "" : `it is not to be seen on ${name}: ${at.outerHTML.slice(0, 200)}`;
}"""


@dataclass
class Keyboard:
    """What the person presses."""

    page: Page

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(text)

    def has_focus(self, target: Locator) -> bool:
        """Say whether the focus is on it."""
        found: bool = target.evaluate_all("all => all.includes(document.activeElement)")
        return found

    def look(self) -> None:
        """Fail where the focus is nowhere, or can't be seen."""
        complaint = self.page.evaluate(_FOCUS)
        assert not complaint, complaint

    def tab_to(self, target: Locator, *, back: bool = False) -> None:
        """Press Tab until the focus is there."""
        for _ in range(FAR):
            if self.has_focus(target):
                return
            self.press("Shift+Tab" if back else "Tab")
            self.look()
        raise AssertionError(f"Tab never leads to {target}")

    def fill(self, target: Locator, text: str) -> None:
        """Go to a field and type into it, over what it holds."""
        self.tab_to(target)
        self.press("Control+a")
        self.type(text)

    def activate(self, target: Locator, *, back: bool = False) -> None:
        """Go to a button or a link and press Enter."""
        self.tab_to(target, back=back)
        self.press("Enter")
