/** The front door of the catalogue from objkt.com: nothing outside this folder imports past it. */
export { imageSourcesOf } from './ipfs.js';
export { ObjktModule } from './objkt.module.js';
export { type ObjktOptions, objktOptionsFrom } from './objkt.options.js';
