// SPDX-License-Identifier: Apache-2.0
// A small Stateless OpenPGP command line (draft-dkg-openpgp-stateless-cli) over OpenPGP.js 6, a
// test peer. Beyond the draft it lets a caller choose what OpenPGP.js would choose by itself:
//   generate-key --date --expires-in --s2k=iterated|argon2
//   sign, inline-sign --hash --date
//   encrypt --seipd=1|2 --aead=eax|ocb|gcm --cipher --compression --s2k=iterated|argon2 --hidden
//     --chunk (the octet for the chunk size of AEAD)
//   revoke-key --reason
// and runs many commands in one process: serve.
// It is run from the folder that OpenPGP.js is installed in, see ../openpgp_peers.py.
import { readFileSync, writeFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { randomBytes } from 'node:crypto';
import path from 'node:path';

const home = process.env.OPENPGPJS_HOME || process.cwd();
const openpgp = await import(
  pathToFileURL(path.join(home, 'node_modules/openpgp/dist/node/openpgp.mjs')));
const { version } = createRequire(import.meta.url)(
  path.join(home, 'node_modules/openpgp/package.json'));

// Where a command reads and writes; `serve` puts others in place of the standard streams.
let io = {
  read: standardInput,
  write: data => process.stdout.write(data),
  error: line => console.error(line),
};

class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const kNoSignature = 3, kUnsupportedAlgorithm = 13, kCannotEncrypt = 17, kMissingArgument = 19;
const kCannotDecrypt = 29, kUnsupportedOption = 37, kBadData = 41, kNotText = 53;
const kKeyIsProtected = 67, kUnsupportedSubcommand = 69, kUnsupportedProfile = 89;

const ecc = curve => ({ type: 'ecc', curve });
const v6 = { v6Keys: true, aeadProtect: true };
const profiles = {
  'v6-25519': [{ type: 'curve25519' }, v6],
  'v6-448': [{ type: 'curve448' }, v6],
  'v6-rsa3072': [{ type: 'rsa', rsaBits: 3072 }, v6],
  'v6-p256': [ecc('nistP256'), v6],
  'v6-p384': [ecc('nistP384'), v6],
  'v6-p521': [ecc('nistP521'), v6],
  'v6-brainpool256': [ecc('brainpoolP256r1'), v6],
  'v4-25519': [{ type: 'curve25519' }, {}],
  'v4-448': [{ type: 'curve448' }, {}],
  'v4-25519legacy': [ecc('ed25519Legacy'), {}],
  'v4-25519legacy-aead': [ecc('ed25519Legacy'), { aeadProtect: true }],
  'v4-rsa3072': [{ type: 'rsa', rsaBits: 3072 }, {}],
  'v4-p256': [ecc('nistP256'), {}],
  'v4-p384': [ecc('nistP384'), {}],
  'v4-p521': [ecc('nistP521'), {}],
  'v4-brainpool256': [ecc('brainpoolP256r1'), {}],
  'v4-brainpool384': [ecc('brainpoolP384r1'), {}],
  'v4-brainpool512': [ecc('brainpoolP512r1'), {}],
};
profiles.rfc9580 = profiles['v6-25519'];
profiles['draft-ietf-openpgp'] = profiles['v6-25519'];
profiles.rfc4880 = profiles['v4-rsa3072'];

function standardInput() {
  const parts = [];
  const part = Buffer.alloc(1 << 16);
  for (;;) {
    let count;
    try {
      count = readSync(0, part, 0, part.length, null);
    } catch (error) {
      if (error.code === 'EOF') break;
      if (error.code === 'EAGAIN') continue;
      throw error;
    }
    if (count === 0) break;
    parts.push(Buffer.from(part.subarray(0, count)));
  }
  return Buffer.concat(parts);
}

function indirect(name) {
  if (name.startsWith('@ENV:')) return Buffer.from(process.env[name.slice(5)] ?? '');
  if (name.startsWith('@FD:')) return readFileSync(Number(name.slice(4)));
  return readFileSync(name);
}

function password(name) {
  return indirect(name).toString('utf8').trimEnd();
}

function writeOut(name, data) {
  if (name.startsWith('@FD:')) writeFileSync(Number(name.slice(4)), data);
  else writeFileSync(name, data, { flag: 'wx' });
}

// Splits arguments; `known` says of each option whether it is a flag, has a value, or has many.
function parse(words, known) {
  const given = { _: [] };
  let onlyNames = false;
  for (const word of words) {
    if (onlyNames || !word.startsWith('--')) {
      given._.push(word);
    } else if (word === '--') {
      onlyNames = true;
    } else {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word);
      const kind = known[name];
      if (!kind) throw new Failure(kUnsupportedOption, `option --${name}`);
      if (kind !== 'flag' && value === undefined) throw new Failure(kMissingArgument, word);
      if (kind === 'flag') given[name] = true;
      else if (kind === 'many') (given[name] ??= []).push(value);
      else given[name] = value;
    }
  }
  return given;
}

const isArmored = data => (data[0] & 0x80) === 0;
const text = data => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    throw new Failure(kNotText, 'not UTF-8');
  }
};

async function certificates(name) {
  const data = indirect(name);
  try {
    return isArmored(data) ? await openpgp.readKeys({ armoredKeys: text(data) })
      : await openpgp.readKeys({ binaryKeys: data });
  } catch (error) {
    throw new Failure(kBadData, `${name}: ${error.message}`);
  }
}

async function secretKeys(names, passwordNames = []) {
  const passwords = passwordNames.map(password);
  const out = [];
  for (const name of names) {
    const data = indirect(name);
    const keys = isArmored(data) ? await openpgp.readPrivateKeys({ armoredKeys: text(data) })
      : await openpgp.readPrivateKeys({ binaryKeys: data });
    for (let key of keys) {
      if (!key.isDecrypted()) {
        if (passwords.length === 0) throw new Failure(kKeyIsProtected, name);
        try {
          key = await openpgp.decryptKey({ privateKey: key, passphrase: passwords });
        } catch (error) {
          throw new Failure(kKeyIsProtected, `${name}: ${error.message}`);
        }
      }
      out.push(key);
    }
  }
  return out;
}

const allCertificates = async names => (await Promise.all(names.map(certificates))).flat();

const readMessage = data => isArmored(data) ? openpgp.readMessage({ armoredMessage: text(data) })
  : openpgp.readMessage({ binaryMessage: data });

function config(given) {
  const chosen = {};
  if (given.hash) {
    chosen.preferredHashAlgorithm = openpgp.enums.write(openpgp.enums.hash, given.hash);
  }
  if (given.seipd) chosen.aeadProtect = given.seipd === '2';
  if (given.aead) {
    chosen.preferredAEADAlgorithm = openpgp.enums.write(openpgp.enums.aead, given.aead);
  }
  if (given.chunk) chosen.aeadChunkSizeByte = Number(given.chunk);
  if (given.s2k === 'argon2' || given.s2k === 'iterated') {
    chosen.s2kType = openpgp.enums.s2k[given.s2k];
  } else if (given.s2k) {
    throw new Failure(kUnsupportedOption, `--s2k=${given.s2k}`);
  }
  return { ...openpgp.config, ...chosen };
}

const when = given => given.date ? new Date(given.date) : new Date();

function message(data, as) {
  if (as === undefined || as === 'binary') return openpgp.createMessage({ binary: data });
  if (as === 'text') return openpgp.createMessage({ text: text(data) });
  throw new Failure(kUnsupportedOption, `--as=${as}`);
}

function emit(given, binary, armoredKind) {
  if (given['no-armor']) io.write(binary);
  else io.write(openpgp.armor(armoredKind, binary));
}

async function verifications(signatures, certs) {
  const lines = [];
  for (const one of signatures) {
    try {
      await one.verified;
    } catch (error) {
      io.error(`signature of ${one.keyID.toHex()}: ${error.message}`);
      continue;
    }
    const packet = (await one.signature).packets[0];
    for (const cert of certs) {
      const [key] = cert.getKeys(one.keyID);
      if (!key) continue;
      const time = packet.created.toISOString().replace(/\.\d+Z$/, 'Z');
      const mode = packet.signatureType === openpgp.enums.signature.text ? 'text' : 'binary';
      lines.push(`${time} ${key.getFingerprint().toUpperCase()} ` +
        `${cert.getFingerprint().toUpperCase()} mode:${mode}\n`);
      break;
    }
  }
  return lines;
}

const commands = {
  async version(words) {
    parse(words, { backend: 'flag', extended: 'flag' });
    io.write(`OpenPGP.js ${version}\n`);
  },

  async 'list-profiles'(words) {
    const given = parse(words, {});
    if (given._[0] !== 'generate-key') throw new Failure(kUnsupportedProfile, given._[0]);
    io.write(Object.keys(profiles).map(name => `${name}: ${name}\n`).join(''));
  },

  async 'generate-key'(words) {
    const given = parse(words, {
      'no-armor': 'flag', profile: 'one', 'with-key-password': 'one', date: 'one',
      s2k: 'one', 'expires-in': 'one', 'signing-only': 'flag', 'with-signing-subkey': 'flag',
    });
    const profile = profiles[given.profile ?? 'rfc9580'];
    if (!profile) throw new Failure(kUnsupportedProfile, given.profile);
    const [kind, chosen] = profile;
    const subkeys = given['signing-only'] ? [] : [{}];
    if (given['with-signing-subkey']) subkeys.unshift({ sign: true });
    const { privateKey } = await openpgp.generateKey({
      ...kind,
      userIDs: given._.map(id => {
        const [, name, email] = /^(.*?) ?<(.*)>$/.exec(id) ?? [];
        return email === undefined ? { name: id } : { name, email };
      }),
      passphrase: given['with-key-password'] && password(given['with-key-password']),
      date: when(given),
      keyExpirationTime: given['expires-in'] ? Number(given['expires-in']) : 0,
      subkeys,
      format: 'object',
      config: given.s2k ? { ...chosen, s2kType: openpgp.enums.s2k[given.s2k] } : chosen,
    });
    emit(given, privateKey.write(), openpgp.enums.armor.privateKey);
  },

  async 'revoke-key'(words) {
    const given = parse(words, {
      'no-armor': 'flag', 'with-key-password': 'many', reason: 'one', date: 'one' });
    const out = [];
    const data = io.read();
    const keys = isArmored(data) ? await openpgp.readPrivateKeys({ armoredKeys: text(data) })
      : await openpgp.readPrivateKeys({ binaryKeys: data });
    for (const key of keys) {
      const { publicKey } = await openpgp.revokeKey({
        key, date: when(given), format: 'object',
        reasonForRevocation: { flag: Number(given.reason ?? 0), string: 'test' } });
      out.push(publicKey.write());
    }
    emit(given, Buffer.concat(out), openpgp.enums.armor.publicKey);
  },

  async 'extract-cert'(words) {
    const given = parse(words, { 'no-armor': 'flag' });
    const data = io.read();
    const keys = isArmored(data) ? await openpgp.readKeys({ armoredKeys: text(data) })
      : await openpgp.readKeys({ binaryKeys: data });
    emit(given, Buffer.concat(keys.map(key => key.toPublic().write())),
      openpgp.enums.armor.publicKey);
  },

  async sign(words) {
    const given = parse(words, {
      'no-armor': 'flag', as: 'one', 'with-key-password': 'many', hash: 'one', date: 'one' });
    const signature = await openpgp.sign({
      message: await message(io.read(), given.as),
      signingKeys: await secretKeys(given._, given['with-key-password']),
      detached: true, format: 'binary', date: when(given), config: config(given),
    });
    emit(given, signature, openpgp.enums.armor.signature);
  },

  async verify(words) {
    const given = parse(words, { 'not-before': 'one', 'not-after': 'one' });
    const [name, ...names] = given._;
    const data = indirect(name);
    const signature = isArmored(data)
      ? await openpgp.readSignature({ armoredSignature: text(data) })
      : await openpgp.readSignature({ binarySignature: data });
    const certs = await allCertificates(names);
    const result = await openpgp.verify({
      message: await message(io.read()), signature, verificationKeys: certs,
      format: 'binary' });
    const lines = await verifications(result.signatures, certs);
    if (lines.length === 0) throw new Failure(kNoSignature, 'no valid signature');
    io.write(lines.join(''));
  },

  async 'inline-sign'(words) {
    const given = parse(words, {
      'no-armor': 'flag', as: 'one', 'with-key-password': 'many', hash: 'one', date: 'one' });
    const signingKeys = await secretKeys(given._, given['with-key-password']);
    const data = io.read();
    const more = { signingKeys, date: when(given), config: config(given) };
    if (given.as === 'clearsigned') {
      io.write(await openpgp.sign({
        message: await openpgp.createCleartextMessage({ text: text(data) }), ...more }));
      return;
    }
    const signed = await openpgp.sign({
      message: await message(data, given.as), format: 'binary', ...more });
    emit(given, signed, openpgp.enums.armor.message);
  },

  async 'inline-verify'(words) {
    const given = parse(words, {
      'not-before': 'one', 'not-after': 'one', 'verifications-out': 'one' });
    const data = io.read();
    const certs = await allCertificates(given._);
    const cleartext = data.includes('-----BEGIN PGP SIGNED MESSAGE-----');
    const result = cleartext
      ? await openpgp.verify({
        message: await openpgp.readCleartextMessage({ cleartextMessage: text(data) }),
        verificationKeys: certs })
      : await openpgp.verify({
        message: await readMessage(data), verificationKeys: certs, format: 'binary' });
    const lines = await verifications(result.signatures, certs);
    if (given['verifications-out']) writeOut(given['verifications-out'], lines.join(''));
    if (lines.length === 0) throw new Failure(kNoSignature, 'no valid signature');
    io.write(result.data);
  },

  async encrypt(words) {
    const given = parse(words, {
      'no-armor': 'flag', as: 'one', profile: 'one', 'with-password': 'many',
      'sign-with': 'many', 'with-key-password': 'many', hash: 'one', date: 'one', seipd: 'one',
      aead: 'one', cipher: 'one', compression: 'one', s2k: 'one', hidden: 'flag', chunk: 'one' });
    const certs = await allCertificates(given._);
    const passwords = (given['with-password'] ?? []).map(password);
    if (certs.length + passwords.length === 0) {
      throw new Failure(kMissingArgument, 'neither certificate nor password');
    }
    const date = when(given);
    const chosen = config(given);
    let plain = await message(io.read(), given.as);
    const signingKeys = await secretKeys(given['sign-with'] ?? [], given['with-key-password']);
    if (signingKeys.length) {
      plain = await plain.sign(signingKeys, [], null, [], date, [], [], [], chosen);
    }
    if (given.compression && given.compression !== 'none') {
      const algorithm = openpgp.enums.compression[given.compression];
      if (algorithm === undefined || given.compression === 'bzip2') {
        throw new Failure(kUnsupportedOption, `--compression=${given.compression}`);
      }
      plain = plain.compress(algorithm, chosen);
    }
    let sessionKey;
    try {
      sessionKey = await openpgp.generateSessionKey(
        { encryptionKeys: certs, date, config: chosen });
    } catch (error) {
      throw new Failure(kCannotEncrypt, error.message);
    }
    if (given.seipd || given.aead || given.cipher) {
      const sizes = { tripledes: 24, cast5: 16, blowfish: 16, twofish: 32,
        aes128: 16, aes192: 24, aes256: 32 };
      const algorithm = given.cipher ?? sessionKey.algorithm;
      if (!sizes[algorithm]) throw new Failure(kUnsupportedOption, `--cipher=${algorithm}`);
      const two = given.seipd ? given.seipd === '2' : Boolean(given.aead);
      chosen.aeadProtect = two;
      sessionKey = { data: new Uint8Array(randomBytes(sizes[algorithm])), algorithm };
      if (two) sessionKey.aeadAlgorithm = given.aead ?? 'ocb';
    } else if (!certs.length) {
      sessionKey.aeadAlgorithm = chosen.aeadProtect ? sessionKey.aeadAlgorithm : undefined;
    } else {
      chosen.aeadProtect = Boolean(sessionKey.aeadAlgorithm);
    }
    try {
      emit(given, await openpgp.encrypt({
        message: plain, encryptionKeys: certs.length ? certs : undefined,
        passwords: passwords.length ? passwords : undefined, sessionKey,
        wildcard: Boolean(given.hidden), date, format: 'binary', config: chosen,
      }), openpgp.enums.armor.message);
    } catch (error) {
      if (/can only encrypt AES/.test(error.message)) {
        throw new Failure(kUnsupportedOption, error.message);
      }
      throw new Failure(/encrypt|primary key/i.test(error.message) ? kCannotEncrypt : 1,
        error.message);
    }
  },

  async decrypt(words) {
    const given = parse(words, {
      'session-key-out': 'one', 'with-session-key': 'many', 'with-password': 'many',
      'with-key-password': 'many', 'verify-with': 'many', 'verifications-out': 'one',
      'verify-out': 'one', 'verify-not-before': 'one', 'verify-not-after': 'one' });
    const sealed = await readMessage(io.read());
    const certs = await allCertificates(given['verify-with'] ?? []);
    let sessionKeys = (given['with-session-key'] ?? []).map(name => {
      const [number, hex] = password(name).split(':');
      return { data: Buffer.from(hex, 'hex'),
        algorithm: openpgp.enums.read(openpgp.enums.symmetric, Number(number)) };
    });
    try {
      if (sessionKeys.length === 0) {
        // OpenPGP.js looks at one kind of session key packet at a time.
        const decryptionKeys = await secretKeys(given._, given['with-key-password']);
        const passwords = (given['with-password'] ?? []).map(password);
        const ways = [];
        if (decryptionKeys.length) ways.push({ decryptionKeys });
        if (passwords.length) ways.push({ passwords });
        let failure = new Failure(kMissingArgument, 'neither key nor password');
        for (const way of ways) {
          try {
            sessionKeys = await openpgp.decryptSessionKeys({ message: sealed, ...way });
            failure = undefined;
            break;
          } catch (error) {
            failure = error;
          }
        }
        if (failure) throw failure;
      }
      const result = await openpgp.decrypt({
        message: sealed, sessionKeys, verificationKeys: certs, format: 'binary' });
      if (given['session-key-out']) {
        // The cipher of a version 6 session key packet stands in the encrypted data packet.
        const { data, algorithm } = sessionKeys[0];
        const body = sealed.packets.find(one => one.cipherAlgorithm);
        const number = algorithm && algorithm !== 'plaintext'
          ? openpgp.enums.write(openpgp.enums.symmetric, algorithm)
          : body.cipherAlgorithm;
        writeOut(given['session-key-out'],
          `${number}:${Buffer.from(data).toString('hex').toUpperCase()}\n`);
      }
      const lines = await verifications(result.signatures, certs);
      const out = given['verifications-out'] ?? given['verify-out'];
      if (out) writeOut(out, lines.join(''));
      io.write(result.data);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(kCannotDecrypt, error.message);
    }
  },

  async armor(words) {
    parse(words, { label: 'one' });
    const data = io.read();
    if (isArmored(data)) {
      io.write(data);
      return;
    }
    const tag = data[0] & 0x40 ? data[0] & 0x3f : (data[0] >> 2) & 0x0f;
    const { armor } = openpgp.enums;
    const kind = { 2: armor.signature, 5: armor.privateKey, 6: armor.publicKey };
    io.write(openpgp.armor(kind[tag] ?? armor.message, data));
  },

  async dearmor(words) {
    parse(words, {});
    const data = io.read();
    if (!isArmored(data)) {
      io.write(data);
      return;
    }
    io.write((await openpgp.unarmor(text(data))).data);
  },
};

async function run(words) {
  const [name, ...rest] = words;
  try {
    if (!Object.hasOwn(commands, name ?? '')) throw new Failure(kUnsupportedSubcommand, name);
    await commands[name](rest);
    return 0;
  } catch (error) {
    io.error(`sop.mjs: ${error.message}`);
    if (process.env.SOP_TRACE) io.error(error.stack);
    if (error.code > 0) return error.code;
    return /unsupported|not supported|Unknown .*algorithm/i.test(error.message)
      ? kUnsupportedAlgorithm : kBadData;
  }
}

// One process for many commands: a line {"words": [...], "input": base64} brings a line
// {"code": n, "output": base64, "error": text}.
async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const written = [];
    const errors = [];
    io = {
      read: () => Buffer.from(request.input, 'base64'),
      write: data => written.push(Buffer.from(data)),
      error: text => errors.push(text),
    };
    const code = await run(request.words);
    process.stdout.write(`${JSON.stringify({
      code, output: Buffer.concat(written).toString('base64'), error: errors.join('\n') })}\n`);
  }
}

if (process.argv[2] === 'serve') await serve();
else process.exitCode = await run(process.argv.slice(2));
