import { itSurvivesKills } from './kills';
import { REMOTEIT } from './vendors';

describe('at remoteit', () => itSurvivesKills(REMOTEIT));
