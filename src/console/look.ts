import { replace } from '../pages-kit/dom';
import { lookForm } from '../pages-kit/look';
import { heading } from '../pages-kit/parts';
import type { View } from '../pages-kit/view';
import { api, may } from './api';
import { issuerLink } from './parts';

/** How one issuer looks to its buyers. */
export const lookView = async ({ root, params: [issuerId = ''], signal }: View): Promise<void> => {
  const issuer = await api.issuer(issuerId, signal);
  replace(
    root,
    heading('How buyers see it', issuerLink(issuerId)),
    lookForm({
      issuer,
      read: () => api.issuer(issuerId, signal),
      preview: (request) => api.previewIssuer(issuerId, request, signal),
      save: may('admin') && ((look) => api.changeIssuer(issuerId, look)),
      maySetCodeInMessage: true,
      signal,
    }),
  );
};
