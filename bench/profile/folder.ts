import { join } from 'node:path';

/** Where a profiled process of a side writes its threads' profiles. */
export const profileFolder = (folder: string, name: string): string => join(folder, 'profiles', name);
