import { h, replace } from '../pages-kit/dom';
import { lookForm } from '../pages-kit/look';
import { heading } from '../pages-kit/parts';
import type { View } from '../pages-kit/view';
import { api, isAdmin } from './api';

export const lookAt = '#/look';

/** How the issuer looks to its buyers. */
export const lookView = async ({ root, signal }: View): Promise<void> => {
  const issuer = await api.self(signal);
  if (signal.aborted) return;
  replace(
    root,
    heading('How buyers see you', h('a', { class: 'button', href: '#/settings' }, 'Settings')),
    lookForm({
      issuer,
      read: () => api.self(signal),
      preview: (request) => api.preview(request, signal),
      save: isAdmin() && (({ branding }) => api.change({ branding })),
      maySetCodeInMessage: false,
      signal,
    }),
  );
};
