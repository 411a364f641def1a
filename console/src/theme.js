// Runs before the first paint, so that a chosen theme does not flash; the page itself is loaded later.
try {
  const theme = localStorage.getItem("mailproof.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme.
}
