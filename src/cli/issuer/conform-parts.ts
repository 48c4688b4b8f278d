import { conform, scenarioNames, told } from './conform';
import { conformAtPlatform } from './conform-at-platform';

/** What the command loads when it is asked for. */
export const conformParts = { conform, conformAtPlatform, scenarioNames, told };
