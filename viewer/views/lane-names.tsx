/** Names of the lanes beside the picture, each with what can be done to a lane. */

import { useEffect, useRef } from 'preact/hooks';
import type { LaneLayout, LaneRow } from '../model/lanes.ts';
import { ROW_HEIGHT } from '../model/lanes.ts';
import type { RunProps } from './props.ts';

interface LaneNamesProps extends RunProps {
  readonly layout: LaneLayout;
  readonly scrollTop: number;
  readonly onScroll: (top: number) => void;
}

export function LaneNames({ actions, run, layout, scrollTop, onScroll }: LaneNamesProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (element.current !== null) element.current.scrollTop = scrollTop;
  }, [scrollTop]);
  const { hidden } = actions.store.lanes.value;
  const first = new Set<string>();
  return (
    <div class="names" ref={element} onScroll={(event) => onScroll(event.currentTarget.scrollTop)}>
      <div class="names-inside" style={{ height: `${layout.height}px` }}>
        {hidden.length > 0 && (
          <button
            type="button"
            class="link show-hidden"
            onClick={() => actions.arrange({ hidden: [] })}
          >
            show {hidden.length} hidden
          </button>
        )}
        {layout.rows.map((row) => {
          const isFirst = row.account !== '' && !first.has(row.account);
          first.add(row.account);
          return <LaneName key={row.lanes.join(' ')} {...{ actions, run, row, isFirst }} />;
        })}
      </div>
    </div>
  );
}

interface LaneNameProps extends RunProps {
  readonly row: LaneRow;
  /** Whether it is the account's first lane, which bears its name. */
  readonly isFirst: boolean;
}

function LaneName({ actions, run, row, isFirst }: LaneNameProps) {
  const lane = row.lanes[0] ?? 0;
  const name = run.lanes[lane]?.name ?? '';
  return (
    <div class={`lane ${row.role}`} style={{ top: `${row.y - ROW_HEIGHT / 2}px` }}>
      <span class="account">{isFirst ? row.account : ''}</span>
      <details
        class="lane-menu"
        onFocusOut={(event) => {
          const menu = event.currentTarget;
          if (!menu.contains(event.relatedTarget as Node | null)) menu.open = false;
        }}
      >
        <summary title={name}>
          {row.isPinned ? '↑ ' : ''}
          {row.label}
        </summary>
        <LaneMenu actions={actions} run={run} row={row} lane={lane} />
      </details>
    </div>
  );
}

interface LaneMenuProps extends RunProps {
  readonly row: LaneRow;
  readonly lane: number;
}

function LaneMenu({ actions, run, row, lane }: LaneMenuProps) {
  const { order, hidden, pinned, collapsed } = actions.store.lanes.value;
  const close = (event: Event): void => {
    const menu = (event.currentTarget as HTMLElement).closest('details');
    if (menu !== null) menu.open = false;
  };
  const move = (by: number): void => {
    const others = order.filter((one) => !row.lanes.includes(one));
    const at = order.filter((one) => others.includes(one) || one === lane).indexOf(lane);
    const place = Math.min(others.length, Math.max(0, at + by));
    actions.arrange({ order: [...others.slice(0, place), ...row.lanes, ...others.slice(place)] });
  };
  const item = (words: string, act: () => void) => (
    <li>
      <button
        type="button"
        onClick={(event) => {
          close(event);
          act();
        }}
      >
        {words}
      </button>
    </li>
  );
  return (
    <ul>
      {!row.isCollapsed && item('look inside', () => actions.openDevice(lane))}
      {item(row.isPinned ? 'unpin' : 'pin to the top', () =>
        actions.arrange({
          pinned: row.isPinned ? pinned.filter((one) => one !== lane) : [...pinned, lane],
        }),
      )}
      {item('move up', () => move(-1))}
      {item('move down', () => move(1))}
      {item('hide', () => actions.arrange({ hidden: [...hidden, ...row.lanes] }))}
      {row.account !== '' &&
        item(row.isCollapsed ? `open ${row.account}` : `fold ${row.account} into one lane`, () =>
          actions.arrange({
            collapsed: row.isCollapsed
              ? collapsed.filter((one) => one !== row.account)
              : [...collapsed, row.account],
          }),
        )}
      {item(`only ${row.account || run.lanes[lane]?.name} and the server`, () =>
        actions.arrange({ hidden: othersThan(run, row.account, lane) }),
      )}
    </ul>
  );
}

function othersThan(run: RunProps['run'], account: string, lane: number): readonly number[] {
  const isKept = (one: RunProps['run']['lanes'][number]): boolean =>
    one.role === 'server' || (account === '' ? one.lane === lane : one.account === account);
  return run.lanes.filter((one) => !isKept(one)).map((one) => one.lane);
}
