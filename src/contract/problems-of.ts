import type { FailureCode } from '../domain/failures';
import type { Route } from './route';

const ofBody = ['body_too_large', 'media_type_unsupported', 'body_malformed', 'body_invalid'] as const;

const ofCaller = ({ who, method, inPortal, changesNothing }: Route): readonly FailureCode[] => {
  switch (who) {
    case 'issuer':
      return [
        'signature_invalid',
        ...(method === 'post' ? (['idempotency_mismatch', 'in_progress'] as const) : []),
        ...(method === 'post' && inPortal && !changesNothing ? (['operator_forbidden'] as const) : []),
      ];
    case 'portal':
      return ['signature_invalid', 'rate_limited'];
    case 'viewer':
      return ['operator_unauthorized', 'rate_limited'];
    case 'operator':
    case 'admin':
      return ['operator_unauthorized', 'operator_forbidden', 'rate_limited'];
    case 'session':
      return ['operator_unauthorized', 'rate_limited'];
    default:
      return [];
  }
};

/** Every problem that a call can be answered with: its own, and those of its kind. */
export const problemsOf = (route: Route): readonly FailureCode[] => [
  ...new Set<FailureCode>([
    ...ofCaller(route),
    // Without a declared query any parameter is one too many.
    ...(route.who === 'buyer' ? [] : (['body_too_large', 'body_invalid'] as const)),
    ...(route.path.startsWith('/v1/') ? (['version_unknown', 'version_ended'] as const) : []),
    ...(route.body || route.lines ? ofBody : []),
    ...(route.who === 'issuer' || route.who === 'buyer' ? (['rate_limited'] as const) : []),
    ...route.problems,
    'path_unknown',
    'unavailable',
    'internal',
  ]),
];
