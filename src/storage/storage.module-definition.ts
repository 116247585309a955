import { ConfigurableModuleBuilder } from '@nestjs/common';
import { AppendLogService } from './append-log.service.js';
import { GameStateRepository } from './game-state.repository.js';
import { PlayerRepository } from './player.repository.js';
import { ReplicationService } from './replication.service.js';
import { STORAGE_OPTIONS, type StorageOptions } from './storage.options.js';
import { TokenRepository } from './token.repository.js';

const PROVIDERS = [AppendLogService, ReplicationService, PlayerRepository, TokenRepository, GameStateRepository];

export interface StorageModuleExtras {
  /** Lets every module inject the services without importing this one. @default true */
  isGlobal?: boolean;
}

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<StorageOptions>({ optionsInjectionToken: STORAGE_OPTIONS })
    .setClassMethodName('forRoot')
    .setExtras<StorageModuleExtras>({ isGlobal: true }, (definition, extras) => ({
      ...definition,
      global: extras.isGlobal ?? true,
      providers: [...(definition.providers ?? []), ...PROVIDERS],
      exports: PROVIDERS,
    }))
    .build();
