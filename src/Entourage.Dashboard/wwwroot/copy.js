// Copies a text whose button was pressed, here in the browser, and says so beside it.
document.addEventListener('click', async event => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (!button) {
    return;
  }

  const source = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector('.copied');
  const select = () => getSelection().selectAllChildren(source);
  let done = false;
  try {
    // Only where the address is a safe one does the browser have this.
    await navigator.clipboard.writeText(source.textContent);
    done = true;
  } catch {
    select();
    done = document.execCommand('copy');
  }
  said.textContent = done ? 'Copied' : 'Press Ctrl+C to copy it';
});
