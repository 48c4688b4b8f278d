/** `LONG=on npm test -- FILE` plays a test as often as its promise says; what is counted is the same. */
export const isLongForm = process.env.LONG === 'on';

/** How often, in `npm test` and in the long form. */
export const often = (short: number, long: number): number => (isLongForm ? long : short);
