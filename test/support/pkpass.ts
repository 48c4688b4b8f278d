import { createHash, createVerify, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

/** The files of a ZIP whose entries are not packed, as a pass is. */
const filesOf = (zip: Buffer): Map<string, Buffer> => {
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error('a packed entry');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((n) => zip.readUInt16LE(at + n)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    files.set(name, zip.subarray(begin, begin + zip.readUInt32LE(at + 24)));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
};

const oids = { messageDigest: '1.2.840.113549.1.9.4' };

/** A detached PKCS #7 signature: by whom, if it is right. The library that made it can not check one. */
const signerOf = (signature: Buffer, content: Buffer, certificate: string): string => {
  const message = forge.pkcs7.messageFromAsn1(
    forge.asn1.fromDer(signature.toString('binary')),
  ) as forge.pkcs7.PkcsSignedData & {
    readonly rawCapture: { readonly authenticatedAttributes: forge.asn1.Asn1[]; readonly signature: string };
  };
  const { authenticatedAttributes, signature: signed } = message.rawCapture;
  const signer = message.certificates
    .map((one) => new X509Certificate(forge.pki.certificateToPem(one)))
    .find(({ fingerprint256 }) => fingerprint256 === new X509Certificate(certificate).fingerprint256);
  if (!signer) throw new Error('the certificate is not in the signature');
  const { asn1 } = forge;
  const attributes = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, authenticatedAttributes);
  const der = Buffer.from(asn1.toDer(attributes).getBytes(), 'binary');
  if (!createVerify('sha1').update(der).verify(signer.publicKey, Buffer.from(signed, 'binary')))
    throw new Error('a wrong signature');
  const digest = authenticatedAttributes
    .map(({ value }) => value as [forge.asn1.Asn1, forge.asn1.Asn1])
    .find(([oid]) => asn1.derToOid(oid.value as string) === oids.messageDigest)?.[1];
  const [octets] = (digest?.value ?? []) as forge.asn1.Asn1[];
  const expected = createHash('sha1').update(content).digest('binary');
  if (octets?.value !== expected) throw new Error('another content was signed');
  return signer.subject;
};

/** A pass that a Wallet would take: each file is in the manifest, and that is signed. */
export const readPass = (file: Buffer, certificate: string) => {
  const files = filesOf(file);
  const fileOf = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0);
  const manifest: Record<string, string> = JSON.parse(fileOf('manifest.json').toString());
  const listed = [...files.keys()].filter((name) => name !== 'manifest.json' && name !== 'signature').sort();
  expect(Object.keys(manifest).sort()).toEqual(listed);
  for (const name of listed) {
    expect([name, createHash('sha1').update(fileOf(name)).digest('hex')]).toEqual([name, manifest[name]]);
  }
  const signer = signerOf(fileOf('signature'), fileOf('manifest.json'), certificate);
  return { signer, files: listed, pass: JSON.parse(fileOf('pass.json').toString()) };
};
