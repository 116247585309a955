/** Decides by the address which page this is. */

import { openLanding } from './landing.js';
import { openRoom } from './room.js';

const app = document.getElementById('app');
const room = /^\/r\/([a-z0-9-]{1,32})\/?$/.exec(location.pathname)?.[1];

if (room === undefined) openLanding(app);
else openRoom(app, room);
