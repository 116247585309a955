/** The name of a player, which leads to their page. */

import { el } from './dom.js';

export function profileLink({ userId, username }) {
  return el('a', { class: 'profile-link', href: `/p/${encodeURIComponent(userId)}` }, username);
}
