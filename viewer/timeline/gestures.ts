/** Wheel, drag, click and touch on the picture, as the few things that they mean. */

export interface Gestures {
  /** Factor below 1 zooms in; `x` in CSS pixels from the left edge stays where it is. */
  readonly zoom: (factor: number, x: number) => void;
  readonly pan: (byX: number, byY: number) => void;
  readonly tap: (x: number, y: number) => void;
}

/** Further than this a press is a drag. */
const TAP_REACH = 5;
const WHEEL_STEP = 0.0015;

interface Press {
  x: number;
  y: number;
}

/** Listens until the answer is called. */
export function listenToGestures(element: HTMLElement, gestures: Gestures): () => void {
  const pressed = new Map<number, Press>();
  let moved = 0;
  const xOf = (event: MouseEvent): number => event.clientX - element.getBoundingClientRect().left;
  const yOf = (event: MouseEvent): number => event.clientY - element.getBoundingClientRect().top;

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const delta = isSideways ? event.deltaX || event.deltaY : event.deltaY;
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * 16 : delta;
    if (isSideways) gestures.pan(-pixels, 0);
    else gestures.zoom(Math.exp(pixels * WHEEL_STEP), xOf(event));
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pressed.size === 1) moved = 0;
  };
  const move = (event: PointerEvent): void => {
    const press = pressed.get(event.pointerId);
    if (press === undefined) return;
    const byX = event.clientX - press.x;
    const byY = event.clientY - press.y;
    moved += Math.abs(byX) + Math.abs(byY);
    if (pressed.size === 1 && moved > TAP_REACH) gestures.pan(byX, byY);
    if (pressed.size === 2) pinch(pressed, event, gestures, element);
    press.x = event.clientX;
    press.y = event.clientY;
  };
  const up = (event: PointerEvent): void => {
    if (!pressed.delete(event.pointerId) || event.type !== 'pointerup') return;
    if (pressed.size === 0 && moved <= TAP_REACH) gestures.tap(xOf(event), yOf(event));
  };

  const listeners: readonly (readonly [string, (event: never) => void])[] = [
    ['wheel', wheel],
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', up],
  ];
  for (const [name, listen] of listeners) {
    element.addEventListener(name, listen as EventListener, { passive: false });
  }
  return () => {
    for (const [name, listen] of listeners)
      element.removeEventListener(name, listen as EventListener);
  };
}

/** Two fingers: their distance zooms about the point between them. */
function pinch(
  pressed: ReadonlyMap<number, Press>,
  event: PointerEvent,
  gestures: Gestures,
  element: HTMLElement,
): void {
  const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
  const before = pressed.get(event.pointerId);
  if (other === undefined || before === undefined) return;
  const distance = (press: Press): number => Math.hypot(press.x - other.x, press.y - other.y);
  const now = distance({ x: event.clientX, y: event.clientY });
  if (now < 10) return;
  const middle = (event.clientX + other.x) / 2 - element.getBoundingClientRect().left;
  gestures.zoom(distance(before) / now, middle);
  gestures.pan((event.clientX - before.x) / 2, 0);
}
