import '../design/tokens.css';
import '../design/base.css';
import { mount } from 'svelte';
import Wall from './Wall.svelte';

mount(Wall, { target: document.querySelector('#app')! });
