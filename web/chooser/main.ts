import '../design/tokens.css';
import '../design/base.css';
import { mount } from 'svelte';
import Chooser from './Chooser.svelte';

mount(Chooser, { target: document.querySelector('#app')! });
