import forge from 'node-forge';

export interface Made {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
  readonly pem: string;
  readonly keyPem: string;
}

/** Signed by itself unless by an authority; good for the addresses and for TLS on both sides where they are given. */
export const certificateOf = (
  subject: forge.pki.CertificateField[],
  by?: Made,
  addresses: readonly string[] = [],
  bits = 2_048,
): Made => {
  const keys = forge.pki.rsa.generateKeyPair(bits);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = by ? '02' : '01';
  certificate.validity.notBefore = new Date('2026-01-01');
  certificate.validity.notAfter = new Date('2126-01-01');
  certificate.setSubject(subject);
  certificate.setIssuer(by ? by.certificate.subject.attributes : subject);
  if (addresses.length > 0)
    certificate.setExtensions([
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: addresses.map((ip) => ({ type: 7, ip })) },
    ]);
  else if (!by) certificate.setExtensions([{ name: 'basicConstraints', cA: true }]);
  certificate.sign(by?.key ?? keys.privateKey, forge.md.sha256.create());
  return {
    certificate,
    key: keys.privateKey,
    pem: forge.pki.certificateToPem(certificate),
    keyPem: forge.pki.privateKeyToPem(keys.privateKey),
  };
};

/** An authority of the tests' own, and one certificate of it for this machine. */
export const ownAuthority = () => {
  const authority = certificateOf([{ name: 'commonName', value: 'An authority of the tests' }]);
  const own = certificateOf([{ name: 'commonName', value: '127.0.0.1' }], authority, ['127.0.0.1']);
  return { ca: authority.pem, cert: own.pem, key: own.keyPem };
};
