import { mayBeCalled, mayBecomeCalled } from '../../src/domain/ownership';
import { platformSettings, strictest } from '../../src/domain/settings';

const called = { callback: { kind: 'url', url: 'https://shop.example/callback' } } as const;

test('where the platform’s rules are lost, hosts are called as before: all, or proved ones where that was required', () => {
  expect(mayBeCalled(called, strictest())).toBe(true);
  expect(mayBeCalled(called, strictest({ callbackOwnership: 'off' }))).toBe(true);
  expect(mayBeCalled(called, strictest({ callbackOwnership: 'required' }))).toBe(false);
  expect(mayBecomeCalled(called, strictest(), 0)).toBe(false);
  expect(platformSettings(strictest())).toEqual({
    twoPersons: true,
    goLive: 'conformance',
    callbackOwnership: 'required',
  });
});
