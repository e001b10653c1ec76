/** The sheet of keys. */

import { useEffect, useRef } from 'preact/hooks';
import { KEYS } from '../keys.ts';
import { QUERY_KEYS } from '../reader/query.ts';
import type { Props } from './props.ts';

export function Help({ actions }: Props) {
  const { isHelpOpen } = actions.store;
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keys and queries</h2>
      <dl class="keys">
        {KEYS.map(({ keys, means }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <h3>The find box</h3>
      <p>Words that an event must have, and any of these. A minus before a term means "not".</p>
      <dl class="keys">
        {QUERY_KEYS.map(([key, means]) => (
          <div key={key}>
            <dt>
              <code>{key}:</code>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
