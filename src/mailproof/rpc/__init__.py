"""From messages to use cases and back: conversion, validation, guards and statuses, the same for every transport."""
