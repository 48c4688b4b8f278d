import type { RequestHandler } from 'express';

/** More has nobody a use for, and whatever reads a list goes over all of it, some more than once. */
const entriesMax = 20;

/** What is liked best comes first. */
const wishes = ['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'if-none-match'] as const;

/** `203.0.113.5:50123`, `[2001:db8::1]:443`, `[2001:db8::1]` */
const withPort = /^(?:\[([^\]]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/;

/** Before whatever reads a header that lists, or asks for the address of a request. */
export const boundedLists: RequestHandler = ({ headers }, _response, next) => {
  for (const name of wishes) {
    const given = headers[name];
    if (typeof given === 'string') headers[name] = given.split(',', entriesMax).join(',');
  }
  const hops = headers['x-forwarded-for'];
  // Each proxy writes behind what it was given; some write a port behind each address, by which nobody is known again.
  if (typeof hops === 'string') {
    headers['x-forwarded-for'] = hops
      .split(',')
      .slice(-entriesMax)
      .map((entry) => entry.trim().replace(withPort, '$1$2'))
      .join(', ');
  }
  next();
};
