/** The icons: strokes on a grid of 16, drawn as elements, since the policy allows no markup in text. */
import type { JSX } from "preact";

const PATHS = {
  check: ["M3.5 8.5 6.5 11.5 12.5 5"],
  cross: ["M4.5 4.5l7 7M11.5 4.5l-7 7"],
  warning: ["M8 2.2 14.3 13.3H1.7ZM8 6.4v3.2M8 11.6v.1"],
  info: ["M8 1.8a6.2 6.2 0 1 1 0 12.4 6.2 6.2 0 0 1 0-12.4ZM8 7.4v3.6M8 5v.1"],
  dash: ["M5 8h6"],
  dot: ["M8 8h.01"],
  play: ["M5 3.5 12.5 8 5 12.5Z"],
  spinner: ["M8 2a6 6 0 1 1-6 6"],
  arrow: ["M3 8h10M9.5 4.5 13 8l-3.5 3.5"],
  up: ["M8 13V3M4.5 6.5 8 3l3.5 3.5"],
  down: ["M8 3v10M4.5 9.5 8 13l3.5-3.5"],
  left: ["M10 3.5 5.5 8l4.5 4.5"],
  right: ["M6 3.5 10.5 8 6 12.5"],
  chevron: ["M4.5 6.5 8 10l3.5-3.5"],
  plus: ["M8 3v10M3 8h10"],
  search: ["M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.4 10.4 14 14"],
  more: ["M3.5 8h.01M8 8h.01M12.5 8h.01"],
  menu: ["M2.5 4.5h11M2.5 8h11M2.5 11.5h11"],
  copy: [
    "M7 5.5h5A1.5 1.5 0 0 1 13.5 7v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5Z",
    "M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2",
  ],
  lock: ["M4.5 7h7a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z", "M5.5 7V5a2.5 2.5 0 0 1 5 0v2"],
  key: ["M5.5 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM7.7 7.9 13.5 2.5M11.5 4.5l1.8 1.8"],
  certificate: [
    "M3 2.5h10v7H8.5M3 2.5v7h2M5.5 5h5M5.5 7h3",
    "M7 8.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM6 12l-.5 2L7 13.3 8.5 14 8 12",
  ],
  offline: ["M2 2l12 12M5 9.2A4.4 4.4 0 0 1 8 8M2.6 6.6A8 8 0 0 1 5 5M8 4.5a8 8 0 0 1 5.4 2.1M8 12h.01"],
  undo: ["M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H7"],
  link: ["M6.5 9.5 9.5 6.5M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7"],
  external: ["M9.5 2.5h4v4M13.5 2.5 8 8M11.5 9v4.5h-9v-9H7"],
  refresh: ["M13 8a5 5 0 1 1-1.5-3.6L13 6M13 2.8V6H9.8"],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof PATHS;

/** An icon beside words; hidden from readers of screens, which have the words. */
export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }): JSX.Element {
  const thick = name === "more" || name === "dot";
  return (
    <svg class={`i ${name === "spinner" ? "spin" : ""} ${extra}`} viewBox="0 0 16 16" aria-hidden="true">
      {PATHS[name].map((path) => (
        <path key={path} d={path} {...(thick ? { "stroke-width": 2.6 } : {})} />
      ))}
    </svg>
  );
}

/** The name's sign. */
export function Brand(): JSX.Element {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" fill="none" aria-hidden="true">
      <rect x="1.5" y="4" width="19" height="14" rx="3" stroke="currentColor" stroke-width="1.7" />
      <path
        class="brand-check"
        d="m5.8 11 3.4 3.3 7-7"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
