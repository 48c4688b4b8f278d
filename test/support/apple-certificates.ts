import { certificateOf } from './certificates';

/** As Apple hands them out, but signed by ourselves. */
export const appleCertificates = () => {
  const authority = certificateOf([{ name: 'commonName', value: 'WWDR of the tests' }]);
  const own = certificateOf(
    [
      { type: '0.9.2342.19200300.100.1.1', value: 'pass.example.codes' },
      { name: 'commonName', value: 'Pass Type ID: pass.example.codes' },
      { name: 'organizationalUnitName', value: 'TEAM123456' },
    ],
    authority,
  );
  return { certificate: own.pem, privateKey: own.keyPem, wwdr: authority.pem };
};
