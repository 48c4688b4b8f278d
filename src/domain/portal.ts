/** Of whoever is signed in at an issuer's own page: a viewer reads, an admin does what the issuer's server may. */
export const portalRoles = ['viewer', 'admin'] as const;
export type PortalRole = (typeof portalRoles)[number];
