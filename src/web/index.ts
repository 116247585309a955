/** The front door of the play page: nothing outside this folder imports past it. */
export { WebModule } from './web.module.js';
