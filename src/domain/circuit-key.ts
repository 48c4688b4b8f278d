/** Whose circuit it is, of `acme`, `terminal:acme:https://…` or `host:https://…#acme`; empty where it is everybody's. */
export const issuerOfCircuit = (key: string): string =>
  (key.startsWith('terminal:') ? key.split(':')[1] : key.startsWith('host:') ? key.split('#')[1] : key) ?? '';
