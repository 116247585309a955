import { type DynamicModule, Module, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { AppendLogService } from './append-log.service.js';
import { mistake, sharedLog } from './arguments.js';
import { entityCodec } from './entity-codec.js';
import { getRepositoryToken } from './inject-repository.decorator.js';
import { LogRepository } from './log.repository.js';
import { entityLog } from './log-entity.decorator.js';
import { type ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, type OPTIONS_TYPE } from './storage.module-definition.js';

/**
 * One data directory: `AppendLogService` and the three repositories, in every module of the application.
 *
 * Import `forRoot` once; a second one on the same directory, here or in another process, fails at start with
 * `LOG_LOCKED` and says who holds it.
 * @publicApi
 */
@Module({})
export class StorageModule extends ConfigurableModuleClass {
  /** @throws TypeError (at start) naming an option that is wrong. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** Options from a factory, or from the `create()` method of a class. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /**
   * Repositories for entity classes, see `@LogEntity` and `@InjectRepository`.
   * @param scope needed only beside `forRoot({ isGlobal: false })`: the module that `forRoot` returned
   * @throws TypeError for a class without `@LogEntity`, or two classes on one log.
   */
  static forFeature(entities: Type<object>[], scope: Pick<ModuleMetadata, 'imports'> = {}): DynamicModule {
    if (!Array.isArray(entities)) throw mistake('entities', 'an array of classes with @LogEntity', entities);
    const owners = new Map<string, Type<object>>();
    for (const entity of entities) {
      const log = entityLog(entity);
      const other = owners.get(log);
      if (other !== undefined && other !== entity) throw sharedLog(log, other.name, entity.name);
      owners.set(log, entity);
    }
    const repositories = [...owners.values()].map(repositoryOf);
    return {
      module: StorageModule,
      imports: scope.imports ?? [],
      providers: repositories,
      exports: repositories.map(({ provide }) => provide),
    };
  }
}

function repositoryOf(entity: Type<object>): Extract<Provider, { useFactory: unknown }> {
  return {
    provide: getRepositoryToken(entity),
    inject: [AppendLogService],
    useFactory: (logs: AppendLogService) => {
      const log = entityLog(entity);
      logs.register(log, entity);
      return new LogRepository(logs, log, entityCodec(entity));
    },
  };
}
