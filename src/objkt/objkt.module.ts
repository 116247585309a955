import { type DynamicModule, Module } from '@nestjs/common';
import { CATALOGUE_SOURCE, PICTURE_CHECK } from '../game/index.js';
import type { ObjktOptions } from './objkt.options.js';
import { ObjktSource } from './objkt-source.js';
import { GatewayPictureCheck } from './picture-check.js';

/** Gives the quiz the catalogue of a wallet on objkt.com, and has its pictures looked at before they are shown. */
@Module({})
export class ObjktModule {
  /** Global, since the quiz asks for a source without knowing which. */
  static forRoot(options: ObjktOptions): DynamicModule {
    return {
      module: ObjktModule,
      global: true,
      providers: [
        { provide: CATALOGUE_SOURCE, useFactory: () => new ObjktSource(options) },
        { provide: PICTURE_CHECK, useFactory: () => new GatewayPictureCheck({ gateways: options.gateways }) },
      ],
      exports: [CATALOGUE_SOURCE, PICTURE_CHECK],
    };
  }
}
