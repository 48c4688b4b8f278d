import forge from 'node-forge';

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
  return { certificate: own.pem, privateKey: forge.pki.privateKeyToPem(own.key), wwdr: authority.pem };
};

interface Made {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
  readonly pem: string;
}

const certificateOf = (subject: forge.pki.CertificateField[], by?: Made): Made => {
  const keys = forge.pki.rsa.generateKeyPair(2_048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = by ? '02' : '01';
  certificate.validity.notBefore = new Date('2026-01-01');
  certificate.validity.notAfter = new Date('2126-01-01');
  certificate.setSubject(subject);
  certificate.setIssuer(by ? by.certificate.subject.attributes : subject);
  certificate.sign(by?.key ?? keys.privateKey, forge.md.sha256.create());
  return { certificate, key: keys.privateKey, pem: forge.pki.certificateToPem(certificate) };
};
