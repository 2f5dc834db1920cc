// Applies the chosen colour scheme before the first paint. A classic script, since modules run after it.
try {
  const theme = localStorage.getItem("heliograph.theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's scheme stands.
}
