/** The viewer's beginning: finds out what to show and draws the page. */

import { render } from 'preact';

const root = document.getElementById('app');
if (root !== null) render(<p>Lockstep viewer</p>, root);
