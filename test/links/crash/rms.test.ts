import { itSurvivesKills } from './kills';
import { RMS } from './vendors';

describe('at rms', () => itSurvivesKills(RMS));
