import type { AskedAddress } from '../../store/orders';

/** As people write them: in any case; a number with blanks, without its country, or with zeros in front of that. */
export const askedAddress = (text: string): AskedAddress => {
  const mail = text.replace(/\s/g, '');
  if (mail.includes('@')) return { field: 'address', is: new RegExp(`^${mail.replace(/[^\w@]/g, '\\$&')}$`, 'i') };
  const digits = text.replace('(0)', '').replace(/\D/g, '').replace(/^0+/, '');
  return { field: 'number', is: new RegExp(`^\\+${mail.startsWith('+') ? '' : '[0-9]{0,3}'}${digits}$`) };
};
