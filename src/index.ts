/** The package's front door. */
export * from './compaction/index.js';
export {
  CATALOGUE_SOURCE,
  CatalogueService,
  type CatalogueSource,
  type FetchedCatalogue,
  type FetchOptions,
  GameModule,
  GameService,
  PICTURE_CHECK,
  type PictureCheck,
  type RefreshReport,
} from './game/index.js';
export * from './monitoring/index.js';
export { ObjktModule, type ObjktOptions } from './objkt/index.js';
export * from './storage/index.js';
