import type { Artist } from './artist.js';
import { bramOostvogel } from './artists/bram-oostvogel.js';
import { casimirBelvoir } from './artists/casimir-belvoir.js';
import { hesterUnderbrook } from './artists/hester-underbrook.js';
import { hollisAldermoor } from './artists/hollis-aldermoor.js';
import { ikkoTamarind } from './artists/ikko-tamarind.js';
import { marisolQuenby } from './artists/marisol-quenby.js';
import { odileSaintFennel } from './artists/odile-saint-fennel.js';
import { oonaPapadopple } from './artists/oona-papadopple.js';
import { perigrineNought } from './artists/perigrine-nought.js';
import { pimHalfday } from './artists/pim-halfday.js';
import { solveigTarn } from './artists/solveig-tarn.js';
import { vhsOphelia } from './artists/vhs-ophelia.js';
import { wilhelminaThrum } from './artists/wilhelmina-thrum.js';
import { zuzuLachlan } from './artists/zuzu-lachlan.js';
import type { Window } from './collaboration.js';

/**
 * Which plates hang. Any number is a valid seed; these were chosen by eye, so that the pieces of one
 * artist differ in subject, palette and title and still look like one hand.
 */
export const EXHIBITION: readonly { artist: Artist; plates: readonly number[] }[] = [
  { artist: marisolQuenby, plates: [1, 3, 11, 13, 20, 31, 38, 62] },
  { artist: bramOostvogel, plates: [2, 6, 7, 10, 14, 22, 55, 65] },
  { artist: ikkoTamarind, plates: [0, 5, 12, 13, 25, 30, 39, 69] },
  { artist: casimirBelvoir, plates: [1, 3, 4, 5, 7, 10, 15, 60] },
  { artist: odileSaintFennel, plates: [0, 2, 3, 4, 6, 11, 12, 14] },
  { artist: pimHalfday, plates: [0, 1, 6, 10, 15, 29, 37, 67] },
  { artist: zuzuLachlan, plates: [0, 1, 3, 4, 6, 8, 11, 15] },
  { artist: hesterUnderbrook, plates: [1, 11, 12, 20, 21, 24, 37, 56] },
  { artist: wilhelminaThrum, plates: [2, 4, 5, 13, 14, 17, 22, 27] },
  { artist: perigrineNought, plates: [0, 2, 3, 5, 7, 8, 14, 18] },
  { artist: hollisAldermoor, plates: [2, 4, 5, 7, 13, 24, 34, 42] },
  { artist: solveigTarn, plates: [2, 6, 10, 17, 20, 22, 24, 47] },
  { artist: oonaPapadopple, plates: [0, 7, 11, 12, 13, 18, 45, 58] },
  { artist: vhsOphelia, plates: [1, 4, 5, 10, 13, 14, 19, 21] },
];

/** Pieces by two artists: the first has the sheet, the second shows through a window cut in it. */
export const COLLABORATIONS: readonly {
  first: Artist;
  second: Artist;
  plate: number;
  guestPlate: number;
  window: Window;
}[] = [
  { first: bramOostvogel, second: vhsOphelia, plate: 11, guestPlate: 3, window: 'strips' },
  { first: pimHalfday, second: ikkoTamarind, plate: 8, guestPlate: 9, window: 'checks' },
  { first: marisolQuenby, second: perigrineNought, plate: 14, guestPlate: 13, window: 'disc' },
  { first: odileSaintFennel, second: hesterUnderbrook, plate: 13, guestPlate: 1, window: 'arch' },
  { first: zuzuLachlan, second: oonaPapadopple, plate: 2, guestPlate: 4, window: 'diagonal' },
];
