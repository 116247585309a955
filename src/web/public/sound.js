/** A few quiet notes, for those who switch them on. Off by default, and remembered. */

import { savedSound, saveSound } from './player.js';

/** Hertz, one after the other. */
const NOTES = {
  round: [523],
  right: [659, 880],
  wrong: [196],
  end: [523, 659, 784],
};
const NOTE_SECONDS = 0.14;
const LOUDNESS = 0.08;

let context;

export function isSoundOn() {
  return savedSound();
}

export function toggleSound() {
  saveSound(!savedSound());
  // Browsers let a page sound only once somebody has touched it; this is such a touch.
  if (savedSound()) play('round');
  return savedSound();
}

/** @param {'round' | 'right' | 'wrong' | 'end'} what */
export function play(what) {
  if (!savedSound() || typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  for (const [i, hertz] of NOTES[what].entries()) note(hertz, context.currentTime + i * NOTE_SECONDS);
}

function note(hertz, at) {
  const tone = new OscillatorNode(context, { frequency: hertz, type: 'triangle' });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 2 * NOTE_SECONDS);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + 2 * NOTE_SECONDS);
}
