// @ts-check
/** Imported first, and alone of these files readable by old versions of Node. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Stagecraft needs Node 20.19 or newer and this is ${process.versions.node}: install one by nvm, brew or your package manager.`); // prettier-ignore
  process.exit(1);
}
