// Connects the page, and says when the connection is gone: from then on no figure may pass for current.
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
    notice.textContent = state === 'reconnecting' ? `Reconnecting: what you see is of ${since} or before.`
      : state === 'lost' ? 'Lost: what you see is old. Reload the page once the server is back.'
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
        // The server is there and has forgotten this page: it begins anew.
        location.reload();
        break;
    }
  });

  // The address of the link alone would lead to the root, which all addresses of the page are relative to.
  document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  });

  show('connecting');
  Blazor.start({
    // A page that leads on before its router listens is loaded anew: put together with the old one, it would lose the colours that were chosen.
    ssr: { disableDomPreservation: true },
    circuit: {
      configureSignalR: builder => builder.withServerTimeout(12000).withKeepAliveInterval(4000),
      reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: previous => Math.min(5000, 250 * (previous + 1)) },
    },
  }).then(() => show('up'), () => show('lost'));
})();
