/** Keys are as long as their sender likes, and each flaw that a refusal names has a place. */
const keysMaxCharacters = 500;

/** RFC 6901: the place of a field in a body, as errors name it; of one that is too long to name, the nearest around it. */
export const jsonPointer = (path: readonly PropertyKey[]): string => {
  let pointer = '';
  let characters = 0;
  for (const part of path.map(String)) {
    characters += part.length;
    if (characters > keysMaxCharacters) break;
    pointer += `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return pointer;
};
