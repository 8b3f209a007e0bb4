import { mergeEnvironment, readEnvironment } from '../../src/config/environment';
import { readFrom, refusals } from './loading';

describe('the environment', () => {
  it('takes in what a .env file in the folder says', () => {
    const readFile = readFrom({ '/srv/.env': '# ours\nDRAWBRIDGE_TEST_ONLY="a b"\nexport OTHER=1\n' });
    expect(readEnvironment('/srv', readFile)).toMatchObject({ DRAWBRIDGE_TEST_ONLY: 'a b', OTHER: '1' });
  });

  it('is the environment of the process where there is no .env file', () => {
    expect(readEnvironment('/srv', readFrom({}))['PATH']).toBeDefined();
  });

  it('wins over the .env file, also with an empty variable', () => {
    expect(
      mergeEnvironment({ PORT: '1', RMS_TOKEN: '' }, { PORT: '2', RMS_TOKEN: 't', HOST: '::1' }),
    ).toEqual({
      PORT: '1',
      RMS_TOKEN: '',
      HOST: '::1',
    });
  });

  it('says why a .env file cannot be read', () => {
    const readFile = (): string => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    expect(refusals(() => readEnvironment('/srv', readFile))).toEqual([
      '.env in /srv cannot be read: reading it is not permitted (EACCES); make it a readable file with lines such as PORT=4000, or remove it.',
    ]);
  });
});
