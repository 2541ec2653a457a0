// Loaded before the first paint, so that a dark page never flashes light.
(() => {
  const key = 'entourage-theme';
  const order = ['system', 'light', 'dark'];
  const dark = matchMedia('(prefers-color-scheme: dark)');

  const stored = () => {
    try {
      const choice = localStorage.getItem(key);
      return order.includes(choice) ? choice : 'system';
    } catch {
      return 'system';
    }
  };

  const apply = choice => {
    const theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset.theme = theme;
    return choice;
  };

  dark.addEventListener('change', () => apply(stored()));
  window.entourage = {
    theme: stored,
    changeTheme: () => {
      const next = order[(order.indexOf(stored()) + 1) % order.length];
      try {
        localStorage.setItem(key, next);
      } catch {
        // Without storage, the choice applies to this page only.
      }
      return apply(next);
    },
    timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  apply(stored());
})();
