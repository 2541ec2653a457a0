// Shows the values under the cursor of a chart: by pointer, by touch and by the arrow keys. The values are those of the chart's table, so
// a page that updates live has nothing to tell this script. Blazor renders the probe without content, so its content is ours.
(() => {
  const places = new WeakMap();

  const rowsOf = probe => [...probe.closest('.chart').querySelectorAll('details tbody tr')];

  const colourOf = heading => [...heading.classList].find(name => /^(s\d|rest|before)$/.test(name)) ?? 'total';

  const element = (name, className, text) => {
    const created = document.createElement(name);
    created.className = className;
    created.textContent = text;
    return created;
  };

  const hide = probe => probe.replaceChildren();

  const show = (probe, index) => {
    const rows = rowsOf(probe);
    if (rows.length === 0) {
      return;
    }
    const place = Math.min(rows.length - 1, Math.max(0, index));
    const row = rows[place];
    const x = Number(row.dataset.x);
    const headings = [...row.closest('table').tHead.rows[0].cells];
    places.set(probe, place);

    const at = element('div', 'at', '');
    at.style.left = `${x}%`;
    const values = element('div', 'values', '');
    values.append(element('strong', '', row.cells[0].textContent));
    const spoken = [row.cells[0].textContent];
    [...row.cells].slice(1).forEach((cell, i) => {
      if (!cell.classList.contains('none')) {
        const [name, value] = [headings[i + 1].textContent.trim(), cell.textContent.trim()];
        const line = element('div', '', '');
        line.append(element('i', `swatch ${colourOf(headings[i + 1])}`, ''), element('span', '', name), element('b', '', value));
        values.append(line);
        spoken.push(`${name} ${value}`);
      }
    });
    probe.replaceChildren(at, values);
    // Beside the line, on the side with more room, but never outside the chart.
    const [width, room] = [values.offsetWidth, probe.clientWidth];
    const left = x > 50 ? room * x / 100 - width - 10 : room * x / 100 + 10;
    values.style.left = `${Math.max(Math.min(left, room - width), Math.min(0, room - width))}px`;
    probe.setAttribute('aria-valuemax', rows.length);
    probe.setAttribute('aria-valuenow', place + 1);
    probe.setAttribute('aria-valuetext', spoken.join(', '));
  };

  const nearest = (probe, clientX) => {
    const box = probe.getBoundingClientRect();
    const percent = 100 * (clientX - box.left) / box.width;
    let best = 0;
    rowsOf(probe).forEach((row, i, rows) => {
      if (Math.abs(row.dataset.x - percent) < Math.abs(rows[best].dataset.x - percent)) {
        best = i;
      }
    });
    return best;
  };

  const probeOf = event => event.target instanceof Element ? event.target.closest('.probe') : null;

  for (const name of ['pointermove', 'pointerdown']) {
    document.addEventListener(name, event => {
      const probe = probeOf(event);
      if (probe) {
        show(probe, nearest(probe, event.clientX));
      }
    });
  }

  document.addEventListener('pointerout', event => {
    const probe = probeOf(event);
    if (probe && event.pointerType === 'mouse' && !probe.contains(event.relatedTarget) && document.activeElement !== probe) {
      hide(probe);
    }
  });
  document.addEventListener('focusin', event => {
    const probe = probeOf(event);
    if (probe && probe.childElementCount === 0) {
      show(probe, places.get(probe) ?? Infinity);
    }
  });
  document.addEventListener('focusout', event => {
    const probe = probeOf(event);
    if (probe) {
      hide(probe);
    }
  });
  document.addEventListener('keydown', event => {
    const probe = probeOf(event);
    if (!probe) {
      return;
    }
    const place = places.get(probe) ?? Infinity;
    const next = { ArrowLeft: place - 1, ArrowDown: place - 1, ArrowRight: place + 1, ArrowUp: place + 1, Home: 0, End: Infinity, PageUp: place + 7, PageDown: place - 7 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      show(probe, next);
    } else if (event.key === 'Escape') {
      hide(probe);
    }
  });
})();
