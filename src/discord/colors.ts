/** Colours of the embeds' edges. */
export const COLORS = { round: 0x4c6ef5, result: 0x2f9e44, podium: 0xf59f00, quiet: 0x868e96 } as const;
