<?php
define('DOKU_CONF', getenv('WIKI_HOME') . '/conf/');
