// Copies the text next to a pressed copy button and shows the result beside it.
document.addEventListener('click', async event => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (!button) {
    return;
  }

  const source = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector('.copied');
  const select = () => getSelection().selectAllChildren(source);
  let done = false;
  try {
    // The browser offers this only in a secure context.
    await navigator.clipboard.writeText(source.textContent);
    done = true;
  } catch {
    select();
    done = document.execCommand('copy');
  }
  status.textContent = done ? 'Copied' : 'Press Ctrl+C to copy';
});
