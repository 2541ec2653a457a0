// Connects the page and shows when the connection is lost, so that old figures never look current.
(() => {
  const root = document.documentElement;
  const notice = document.getElementById('link');
  const modal = document.getElementById('components-reconnect-modal');

  const show = state => {
    if (root.dataset.link === state) {
      return;
    }
    root.dataset.link = state;
    const since = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
    notice.textContent = state === 'reconnecting' ? `Reconnecting. The figures are from ${since} or earlier.`
      : state === 'lost' ? 'Connection lost. The figures are out of date. Reload the page when the server is available again.'
      : '';
  };

  modal.addEventListener('components-reconnect-state-changed', event => {
    switch (event.detail.state) {
      case 'show':
      case 'retrying':
        show('reconnecting');
        break;
      case 'hide':
        show('up');
        break;
      case 'failed':
        show('lost');
        break;
      case 'rejected':
        // The server is available but no longer has this page's circuit.
        location.reload();
        break;
    }
  });

  // The base element makes "#main" relative to the root, so the link alone would leave this page.
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  });

  show('connecting');
  Blazor.start({
    // A page that redirects before its router runs is loaded again. DOM preservation would merge both and lose the chosen theme.
    ssr: { disableDomPreservation: true },
    circuit: {
      configureSignalR: builder => builder.withServerTimeout(12000).withKeepAliveInterval(4000),
      reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: previous => Math.min(5000, 250 * (previous + 1)) },
    },
  }).then(() => show('up'), () => show('lost'));
})();
