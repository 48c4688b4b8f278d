/** Where a person judges an address: as it was written, letters may look like others or run backwards. */
export const asCalled = (address: string): string => (URL.canParse(address) ? new URL(address).href : address);
