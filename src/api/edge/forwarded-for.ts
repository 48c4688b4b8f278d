import type { RequestHandler } from 'express';

/** `203.0.113.5:50123`, `[2001:db8::1]:443`, `[2001:db8::1]` */
const withPort = /^(?:\[([^\]]+)\]|(\d+(?:\.\d+){3}))(?::\d+)?$/;

/** Before whatever asks for the address of a request: some proxies write a port behind each, by which nobody is known again. */
export const withoutPorts: RequestHandler = (request, _response, next) => {
  const given = request.headers['x-forwarded-for'];
  if (typeof given === 'string') {
    const plain = given.split(',').map((entry) => entry.trim().replace(withPort, '$1$2'));
    request.headers['x-forwarded-for'] = plain.join(', ');
  }
  next();
};
