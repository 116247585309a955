import 'reflect-metadata';
import { Inject, type Type } from '@nestjs/common';
import { entityLog } from './log-entity.decorator.js';

const REPOSITORY_TOKEN = Symbol('nest-append-log:repository-token');

/**
 * The injection token of an entity's `LogRepository`, for custom providers and for tests.
 * It is kept on the class itself, so two classes of one name never share a token.
 * @throws TypeError for a class without `@LogEntity`.
 * @publicApi
 */
export function getRepositoryToken(entity: Type<object>): symbol {
  entityLog(entity);
  const known: symbol | undefined = Reflect.getOwnMetadata(REPOSITORY_TOKEN, entity);
  if (known !== undefined) return known;
  const token = Symbol(`LogRepository<${entity.name}>`);
  Reflect.defineMetadata(REPOSITORY_TOKEN, token, entity);
  return token;
}

/** Injects the `LogRepository` of an entity class given to `StorageModule.forFeature`. @publicApi */
export function InjectRepository(entity: Type<object>): PropertyDecorator & ParameterDecorator {
  return Inject(getRepositoryToken(entity));
}
