/** Five loads, the same for both sides. The open ones are set by what the same side reached in the same round. */
export const phaseNames = ['one', 'sixteen', 'sixtyfour', 'half', 'triple'] as const;
export type PhaseName = (typeof phaseNames)[number] | 'warm';

export const inFlightOf = { one: 1, sixteen: 16, sixtyfour: 64, warm: 16 } as const;
export const shareOfSaturation = { half: 0.5, triple: 3 } as const;

export const phaseWords: Readonly<Record<PhaseName, string>> = {
  warm: 'warm-up',
  one: '1 in flight',
  sixteen: '16 in flight',
  sixtyfour: '64 in flight',
  half: 'half of saturation',
  triple: '3x saturation',
};
