/** Decides by the address which page this is. */

import { openHall } from './hall.js';
import { openLanding } from './landing.js';
import { openProfile } from './profile.js';
import { openRoom } from './room.js';

const app = document.getElementById('app');
const room = /^\/r\/([a-z0-9-]{1,32})\/?$/.exec(location.pathname)?.[1];
const player = /^\/p\/([^/]+)\/?$/.exec(location.pathname)?.[1];

if (room !== undefined) openRoom(app, room);
else if (player !== undefined) openProfile(app, decodeURIComponent(player));
else if (location.pathname.startsWith('/leaderboard')) openHall(app);
else openLanding(app);
